import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { useNavigate } from "@tanstack/react-router";
import { useForm } from "react-hook-form";
import * as z from "zod/mini";
import { Form } from "@/components/form/form";
import { TextField } from "@/components/form/text-field";
import { Button } from "@/components/ui/button";
import { requestId } from "../list";

const schema = z.object({
  id: z.string().check(
    z.trim(),
    z.refine((id) => requestId(id) !== undefined, {
      error: "Enter 8 to 64 letters, digits, dots, dashes or underscores.",
    }),
  ),
});

/** The field to paste an id, which leads to the story of that request. */
export function RequestForm({ id = "" }: { id?: string }) {
  const navigate = useNavigate();
  const form = useForm({
    resolver: standardSchemaResolver(schema),
    defaultValues: { id },
  });
  return (
    <Form
      form={form}
      isReusable
      className="mb-6 flex max-w-xl flex-wrap items-end gap-3"
      onSubmit={async ({ id }) => {
        await navigate({ to: "/requests/$requestId", params: { requestId: id } });
      }}
    >
      <div className="min-w-0 flex-1 basis-60">
        <TextField form={form} name="id" label="Request ID" autoComplete="off" spellCheck={false} />
      </div>
      <Button type="submit" variant="outline">
        Show request
      </Button>
    </Form>
  );
}
