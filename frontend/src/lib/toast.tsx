import { errorMessage, errorRequestId } from "@/lib/errors";

/** Toasts report results that are not visible otherwise. The library is not part of the first page load. */
const load = () => import("@/components/ui/sonner");

export async function toastSuccess(message: string) {
  const { toast } = await load();
  toast.success(message);
}

/** Stays open until closed, so that users can copy the request id into a report. */
export async function toastError(error: unknown) {
  const { toast, RequestDetails } = await load();
  const requestId = errorRequestId(error);
  toast.error(errorMessage(error), {
    description: requestId && <RequestDetails id={requestId} />,
    duration: Number.POSITIVE_INFINITY,
    closeButton: true,
  });
}

/** Shows once, even when called repeatedly. The user decides when to reload. */
export async function toastNewVersion() {
  const { toast, NEW_VERSION } = await load();
  toast("A new version is available.", {
    id: NEW_VERSION,
    duration: Number.POSITIVE_INFINITY,
    closeButton: true,
    action: { label: "Reload", onClick: () => window.location.reload() },
  });
}
