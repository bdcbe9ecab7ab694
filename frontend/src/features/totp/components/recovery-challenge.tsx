import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { useForm } from "react-hook-form";
import { Form } from "@/components/form/form";
import { SubmitButton } from "@/components/form/submit-button";
import { TextField } from "@/components/form/text-field";
import type { ChallengeFormProps } from "@/lib/define-feature";
import { recoverySchema } from "../code-form";

export default function RecoveryChallenge({ submitLabel, onAnswer }: ChallengeFormProps) {
  const form = useForm({
    resolver: standardSchemaResolver(recoverySchema),
    defaultValues: { answer: "" },
  });
  return (
    <Form form={form} className="grid gap-5" onSubmit={({ answer }) => onAnswer(answer)}>
      <TextField
        form={form}
        name="answer"
        label="Recovery code"
        hint="One of the codes that you saved, such as K3QF-7ZLM-AX2P-9VNE. Each works once."
        autoComplete="off"
        autoCapitalize="characters"
        spellCheck={false}
        className="font-mono"
      />
      <SubmitButton control={form.control}>{submitLabel}</SubmitButton>
    </Form>
  );
}
