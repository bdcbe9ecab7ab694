import { Eye, EyeOff } from "lucide-react";
import { type ComponentProps, type KeyboardEvent, type ReactNode, useState } from "react";
import type { FieldPath, FieldValues } from "react-hook-form";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { FormField, type FormFieldProps } from "./field";

type PasswordFieldProps<Values extends FieldValues, Output> = FormFieldProps<Values, Output> &
  Omit<ComponentProps<"input">, "form" | "name" | "type"> & {
    autoComplete: "current-password" | "new-password";
    aside?: ReactNode;
    /** The field that repeats this password. Its error goes as soon as the two match. */
    confirmedBy?: FieldPath<Values>;
  };

export function PasswordField<Values extends FieldValues, Output>({
  form,
  name,
  label,
  hint,
  aside,
  confirmedBy,
  ...props
}: PasswordFieldProps<Values, Output>) {
  const [visible, setVisible] = useState(false);
  const [isCapsLockOn, setIsCapsLockOn] = useState(false);
  const lookAtCapsLock = (event: KeyboardEvent) =>
    setIsCapsLockOn(event.getModifierState("CapsLock"));
  const compare = () => {
    if (confirmedBy && form.getFieldState(confirmedBy).error) void form.trigger(confirmedBy);
  };
  return (
    <FormField
      form={form}
      name={name}
      label={label}
      hint={isCapsLockOn ? "Caps Lock is on." : hint}
      aside={aside}
    >
      {(control) => (
        <div className="relative">
          <Input
            {...form.register(name, { onChange: compare, onBlur: () => setIsCapsLockOn(false) })}
            {...control}
            {...props}
            type={visible ? "text" : "password"}
            autoCapitalize="none"
            spellCheck={false}
            onKeyDown={lookAtCapsLock}
            onKeyUp={lookAtCapsLock}
            className="pe-10"
          />
          <Button
            variant="ghost"
            size="icon-sm"
            aria-label={visible ? "Hide password" : "Show password"}
            onClick={() => setVisible(!visible)}
            className="absolute end-0.5 top-1/2 -translate-y-1/2 text-muted-foreground hover:bg-transparent"
          >
            {visible ? <EyeOff aria-hidden /> : <Eye aria-hidden />}
          </Button>
        </div>
      )}
    </FormField>
  );
}
