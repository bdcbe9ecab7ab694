import { useQuery } from "@tanstack/react-query";
import { SettingsCard } from "@/components/layout/settings-card";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { hasCode } from "@/lib/errors";
import { sessionsQuery, useEndOtherSessions, useEndSession } from "../api";
import { SessionList } from "./session-list";

export function OwnSessions() {
  const query = useQuery(sessionsQuery());
  const end = useEndSession();
  const endOthers = useEndOtherSessions();
  if (hasCode(query.error, "AUTH_MFA_SETUP_REQUIRED")) return <SetUpNotice />;
  const hasOthers = query.data?.data.some(({ is_current }) => !is_current);
  return (
    <SettingsCard
      title="Sessions"
      description="Where you are signed in. If you don't recognize one, end it and change your password."
    >
      <SessionList
        query={query}
        endingId={end.isPending ? end.variables.path.session_id : undefined}
        onEnd={(id) => end.mutate({ path: { session_id: id } })}
      />
      {hasOthers && (
        <Button
          variant="outline"
          className="mt-8"
          // Not `disabled`: the focus returns to it from the dialog that asks for the password.
          aria-disabled={endOthers.isPending}
          onClick={() => !endOthers.isPending && endOthers.mutate({})}
        >
          End all other sessions
        </Button>
      )}
    </SettingsCard>
  );
}

/** Instead of the sessions, for a user who can do nothing before they have set up a second factor. */
function SetUpNotice() {
  return (
    <Alert>
      Your account needs a second factor. Set one up here to continue. Until then, nothing else is
      available.
    </Alert>
  );
}
