import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useForm } from "react-hook-form";
import { expect, it, vi } from "vitest";
import * as z from "zod/mini";
import { optionalText, requiredDecimal } from "@/lib/zod";
import { DateField } from "./date-field";
import { EmailField } from "./email-field";
import { Form } from "./form";
import { MoneyField } from "./money-field";
import { SubmitButton } from "./submit-button";

const schema = z.object({
  due: optionalText("Due date", z.nullable(z.iso.date())),
  amount: requiredDecimal("Amount"),
  email: z.string(),
});
const onSubmit = vi.fn();

function Invoice({ isReusable = false }) {
  const form = useForm({
    resolver: standardSchemaResolver(schema),
    defaultValues: { due: "", amount: "", email: "" },
  });
  return (
    <Form form={form} onSubmit={onSubmit} isReusable={isReusable}>
      <DateField form={form} name="due" label="Due date" />
      <MoneyField form={form} name="amount" label="Amount" />
      <EmailField form={form} name="email" label="Email" />
      <SubmitButton control={form.control}>Save</SubmitButton>
    </Form>
  );
}

it("sends days and amounts as the API's texts", async () => {
  render(<Invoice />);
  const user = userEvent.setup();
  await user.type(screen.getByLabelText("Due date"), "2026-11-28");
  await user.type(screen.getByLabelText("Amount"), "12,50");
  await user.type(screen.getByLabelText("Email"), "kim@пример.рф{Enter}");
  const sent = { due: "2026-11-28", amount: "12.50", email: "kim@пример.рф" };
  await waitFor(() => expect(onSubmit).toHaveBeenCalledExactlyOnceWith(sent));
});

it("opens the browser's calendar", async () => {
  render(<Invoice />);
  const showPicker = vi.fn();
  Object.assign(screen.getByLabelText("Due date"), { showPicker });
  await userEvent.click(screen.getByRole("button", { name: "Open the calendar" }));
  expect(showPicker).toHaveBeenCalledOnce();
});

it("can be submitted again only after a change", async () => {
  onSubmit.mockClear();
  render(<Invoice isReusable />);
  const user = userEvent.setup();
  await user.type(screen.getByLabelText("Amount"), "1{Enter}");
  await waitFor(() => expect(onSubmit).toHaveBeenCalledOnce());
  const save = screen.getByRole("button", { name: "Save" });
  await waitFor(() => expect(save).toBeDisabled());
  await user.type(screen.getByLabelText("Amount"), "2");
  expect(save).toBeEnabled();
  await user.click(save);
  await waitFor(() => expect(onSubmit).toHaveBeenCalledTimes(2));
});
