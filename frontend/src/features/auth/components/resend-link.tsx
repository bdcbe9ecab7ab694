import { resendVerification } from "@app/sdk";
import { useMutation } from "@tanstack/react-query";
import { Button } from "@/components/ui/button";
import { toastSuccess } from "@/lib/toast";

/** Sends the link again to an address that waits for its verification. */
export function ResendLink({ email }: { email: string }) {
  const resend = useMutation({
    mutationFn: () => resendVerification({ body: { email } }),
    onSuccess: ({ data }) => toastSuccess(data.message),
  });
  return (
    <Button
      type="button"
      variant="outline"
      disabled={resend.isPending}
      onClick={() => resend.mutate()}
    >
      Send the link again
    </Button>
  );
}
