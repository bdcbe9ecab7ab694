import { deleteAvatarMe, type UserPublic } from "@app/sdk";
import { useMutation } from "@tanstack/react-query";
import { Upload } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { SettingsCard } from "@/components/layout/settings-card";
import { Alert } from "@/components/ui/alert";
import { Avatar } from "@/components/ui/avatar";
import { Button } from "@/components/ui/button";
import { Progress } from "@/components/ui/progress";
import { useSession } from "@/lib/session";
import { AVATAR_TYPES, avatarError, uploadAvatar } from "../avatar";

/** Saves the picture as soon as the user chooses a file. */
export function AvatarCard({ me }: { me: UserPublic }) {
  const session = useSession();
  const input = useRef<HTMLInputElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const [sent, setSent] = useState(0);
  const preview = usePreview();
  const upload = useMutation({
    mutationFn: (file: File) => uploadAvatar(file, setSent),
    meta: { handlesErrors: true },
    onMutate: preview.show,
    onSuccess: session.update,
    onSettled: preview.hide,
  });
  const removal = useMutation({
    mutationFn: async () => (await deleteAvatarMe()).data,
    onSuccess: (user) => {
      session.update(user);
      // The Remove button that had the focus no longer exists.
      button.current?.focus();
    },
  });
  const isBusy = upload.isPending || removal.isPending;

  return (
    <SettingsCard title="Picture" description="JPEG, PNG, WebP, or GIF. Max 2 MB.">
      <div className="flex items-center gap-5">
        <Avatar
          name={me.full_name || me.email}
          src={preview.url ?? me.avatar_url}
          className="size-16 text-xl"
        />
        <div className="grid min-w-0 flex-1 gap-2">
          <div className="flex flex-wrap gap-2">
            <Button
              ref={button}
              variant="outline"
              disabled={isBusy}
              onClick={() => input.current?.click()}
            >
              <Upload aria-hidden />
              {me.avatar_url ? "Change picture" : "Upload picture"}
            </Button>
            {me.avatar_url && (
              <Button variant="ghost" disabled={isBusy} onClick={() => removal.mutate()}>
                Remove
              </Button>
            )}
          </div>
          {upload.isPending && <Progress value={sent} aria-label="Upload" />}
        </div>
        <input
          ref={input}
          type="file"
          accept={AVATAR_TYPES.join()}
          aria-label="Picture"
          hidden
          onChange={({ target }) => {
            const file = target.files?.[0];
            // Otherwise choosing the same file again fires no change event.
            target.value = "";
            if (file) upload.mutate(file);
          }}
        />
      </div>
      {upload.error && <Alert className="mt-4">{avatarError(upload.error)}</Alert>}
    </SettingsCard>
  );
}

/** Shows the chosen file while it uploads. */
function usePreview() {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    if (url) return () => URL.revokeObjectURL(url);
  }, [url]);
  return {
    url,
    show: (file: File) => setUrl(URL.createObjectURL(file)),
    hide: () => setUrl(undefined),
  };
}
