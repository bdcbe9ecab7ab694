import { useNavigate, useRouteContext, useSearch } from "@tanstack/react-router";
import { Fingerprint } from "lucide-react";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Spinner } from "@/components/ui/spinner";
import { usePasskeySignIn } from "../use-passkey-sign-in";
import { isSupported } from "../webauthn";

export default function LoginOption() {
  const { session } = useRouteContext({ from: "/_public/login" });
  const { redirect } = useSearch({ from: "/_public/login" });
  const navigate = useNavigate();
  const { start, error, isBusy } = usePasskeySignIn(async (user) => {
    session.begin(user);
    await navigate({ href: redirect ?? "/", replace: true });
  });
  if (!isSupported()) return null;
  return (
    <div className="mt-5 grid gap-4 border-t pt-5">
      {error && <Alert>{error}</Alert>}
      {/* Not `disabled`: the focus stays on it while the browser asks. */}
      <Button variant="outline" aria-disabled={isBusy} onClick={() => !isBusy && void start()}>
        {isBusy ? <Spinner /> : <Fingerprint />}
        <span>Sign in with a passkey</span>
      </Button>
    </div>
  );
}
