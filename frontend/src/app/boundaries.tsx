import { type ErrorComponentProps, Link, useMatches, useRouter } from "@tanstack/react-router";
import { CircleAlert, FileQuestion } from "lucide-react";
import { type ReactNode, useCallback, useEffect, useState } from "react";
import { RequestId } from "@/components/layout/request-id";
import { Button } from "@/components/ui/button";
import { Spinner } from "@/components/ui/spinner";
import { errorMessage } from "@/lib/errors";
import { isMissingChunk, mayReload, reload } from "@/lib/missing-chunk";

/** Replaces a page that failed. The layout around it stays usable. */
export function RouteError({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const [isReloading] = useState(() => isMissingChunk(error) && mayReload());
  const tryAgain = useCallback(() => {
    if (isMissingChunk(error)) return reload();
    reset();
    void router.invalidate();
  }, [error, reset, router]);

  useEffect(() => {
    if (isReloading) reload();
  }, [isReloading]);
  useEffect(() => {
    // Being offline may have caused the error.
    window.addEventListener("online", tryAgain);
    return () => window.removeEventListener("online", tryAgain);
  }, [tryAgain]);

  if (isReloading) return <PendingPage />;
  return (
    <Notice icon={<CircleAlert aria-hidden />} title="Couldn't load this page">
      <p role="alert">
        <span>{errorMessage(error)}</span>
        <RequestId error={error} />
      </p>
      <Button className="mt-6" onClick={tryAgain}>
        Try again
      </Button>
    </Notice>
  );
}

export function NotFound() {
  return (
    <Notice icon={<FileQuestion aria-hidden />} title="Page not found">
      <p>We couldn't find that page. It may have been moved or deleted.</p>
      <DashboardLink />
    </Notice>
  );
}

function DashboardLink() {
  return (
    <Button asChild variant="outline" className="mt-6">
      <Link to="/">Go to the dashboard</Link>
    </Button>
  );
}

const SLOW_MS = 5_000;

export function PendingPage() {
  const [isSlow, setIsSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setIsSlow(true), SLOW_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div
      role="status"
      className="flex min-h-[50dvh] flex-col items-center justify-center gap-3 text-muted-foreground"
    >
      <Spinner className="size-5" />
      <span className={isSlow ? undefined : "sr-only"}>
        {isSlow ? "This is taking longer than usual…" : "Loading…"}
      </span>
    </div>
  );
}

/** These layouts have a <main>. If a layout itself failed, the notice is all there is. */
const LAYOUTS = ["/_app", "/_public"];

interface NoticeProps {
  icon: ReactNode;
  title: string;
  children: ReactNode;
}

function Notice({ icon, title, children }: NoticeProps) {
  const isInLayout = useMatches({
    select: (matches) =>
      matches.some(({ routeId, status }) => LAYOUTS.includes(routeId) && status === "success"),
  });
  const Container = isInLayout ? "div" : "main";
  return (
    <Container className="flex min-h-[60dvh] flex-col items-center justify-center px-4 text-center">
      <span className="mb-4 flex size-11 items-center justify-center rounded-lg border text-muted-foreground [&_svg]:size-5">
        {icon}
      </span>
      <h1 className="font-semibold text-xl">{title}</h1>
      <div className="mt-1.5 max-w-sm text-pretty text-muted-foreground">{children}</div>
    </Container>
  );
}
