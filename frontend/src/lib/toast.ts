import { errorMessage, errorRequestId } from "@/lib/errors";

/** Short news of what is not visible otherwise. The library is loaded apart from the first page. */
const load = () => import("sonner").then(({ toast }) => toast);

export async function toastSuccess(message: string) {
  const toast = await load();
  toast.success(message);
}

/** Stays until closed: people copy the request id into a report. */
export async function toastError(error: unknown) {
  const toast = await load();
  const requestId = errorRequestId(error);
  toast.error(errorMessage(error), {
    description: requestId && `Request ${requestId}`,
    duration: Number.POSITIVE_INFINITY,
    closeButton: true,
  });
}
