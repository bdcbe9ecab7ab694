import { trustDevice } from "@app/sdk";
import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { useForm } from "react-hook-form";
import { CheckboxField } from "@/components/form/checkbox-field";
import { Form } from "@/components/form/form";
import { SubmitButton } from "@/components/form/submit-button";
import type { ChallengeFormProps } from "@/lib/define-feature";
import { toastError } from "@/lib/toast";
import { answerSchema } from "../code-form";
import { CodeField } from "./code-field";

/** The user is signed in by then: a failure only means that the next sign-in needs a code. */
const trust = () => trustDevice().catch(toastError);

export default function TotpChallenge(props: ChallengeFormProps) {
  const { details, submitLabel, isSignIn, onAnswer } = props;
  const days = isSignIn ? Number(details.trusted_device_days) : 0;
  const form = useForm({
    resolver: standardSchemaResolver(answerSchema),
    defaultValues: { answer: "", trust: false },
  });
  return (
    <Form
      form={form}
      className="grid gap-5"
      onSubmit={(values) => onAnswer(values.answer, values.trust ? trust : undefined)}
    >
      <CodeField
        form={form}
        name="answer"
        hint="Six digits from your authenticator app."
        // Otherwise the user could not reach the check box.
        submits={!(days > 0)}
      />
      {days > 0 && (
        <CheckboxField
          form={form}
          name="trust"
          label={`Trust this device for ${days} ${days === 1 ? "day" : "days"}`}
          hint="You then need no code here. Use it only on a device of your own."
        />
      )}
      <SubmitButton control={form.control}>{submitLabel}</SubmitButton>
    </Form>
  );
}
