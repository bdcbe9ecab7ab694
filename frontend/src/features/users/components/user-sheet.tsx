import type { UserPublic } from "@app/sdk";
import { RowFacts } from "@/components/data-table/row-facts";
import { RowSheet } from "@/components/data-table/row-sheet";
import { FormSheet } from "@/components/form/form-sheet";
import { useVersionedForm } from "@/components/form/use-versioned-form";
import type { Overlay } from "@/lib/overlay";
import { ifMatch } from "@/lib/rows";
import { USERS, useCreateUser, useUpdateUser, useUser } from "../api";
import { UserFields, userValues, useUserForm } from "./user-form";

/** Creates a user, or edits the user whose id is the overlay's value. */
export default function UserSheet({ overlay }: { overlay: Overlay<string> }) {
  return overlay.value === undefined ? (
    <NewUserSheet overlay={overlay} />
  ) : (
    <OpenUserSheet overlay={overlay} id={overlay.value} />
  );
}

function NewUserSheet({ overlay }: { overlay: Overlay<string> }) {
  const form = useUserForm();
  const createUser = useCreateUser();
  return (
    <FormSheet
      overlay={overlay}
      form={form}
      title="Add User"
      description="They'll get an email with a link to set their password."
      onSubmit={async ({ confirm_password: _, ...body }) => {
        await createUser.mutateAsync({ body });
      }}
    >
      <UserFields form={form} passwordLabel="Password" />
    </FormSheet>
  );
}

function OpenUserSheet({ overlay, id }: { overlay: Overlay<string>; id: string }) {
  const record = useUser(id);
  return (
    <RowSheet overlay={overlay} noun={USERS.noun} record={record}>
      {(user) => <EditUserSheet overlay={overlay} user={user} record={record} />}
    </RowSheet>
  );
}

interface EditUserSheetProps {
  overlay: Overlay<string>;
  user: UserPublic;
  record: ReturnType<typeof useUser>;
}

function EditUserSheet({ overlay, user, record }: EditUserSheetProps) {
  const form = useUserForm(user);
  const updateUser = useUpdateUser();
  const { submit, conflict } = useVersionedForm({
    form,
    record,
    saved: user,
    toValues: userValues,
    save: ({ confirm_password: _, password, ...body }, version) =>
      updateUser.mutateAsync({
        path: { user_id: user.id },
        body: password ? { ...body, password } : body,
        headers: ifMatch(version),
      }),
    labels: {
      email: "Email",
      full_name: "Full name",
      is_superuser: "Is superuser?",
      is_active: "Is active?",
    },
  });
  return (
    <FormSheet
      overlay={overlay}
      form={form}
      title="Edit User"
      description="Leave the password blank to keep the current one."
      saveWhenDirty
      onSubmit={submit}
    >
      {conflict}
      <UserFields form={form} passwordLabel="New password" />
      <RowFacts row={user} />
    </FormSheet>
  );
}
