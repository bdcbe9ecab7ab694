import { ApiError } from "@app/sdk";
import { MutationCache, QueryClient } from "@tanstack/react-query";
import { toastError } from "@/lib/toast";

declare module "@tanstack/react-query" {
  interface Register {
    /** `handlesErrors`: the caller shows the error itself, usually in a form. */
    mutationMeta: { handlesErrors?: boolean };
  }
}

const RETRIES = 2;

/** Retries only failures that can pass, not refusals. */
function shouldRetry(failures: number, error: unknown) {
  const refused = error instanceof ApiError && error.status >= 400 && error.status < 500;
  return !refused && failures < RETRIES;
}

export function createQueryClient() {
  return new QueryClient({
    mutationCache: new MutationCache({
      onError: (error, _variables, _result, mutation) => {
        if (!mutation.meta?.handlesErrors) void toastError(error);
      },
    }),
    defaultOptions: {
      // "always": by default the library waits silently while offline, and users would see no error.
      queries: { networkMode: "always", retry: shouldRetry, staleTime: 10_000 },
      mutations: { networkMode: "always" },
    },
  });
}
