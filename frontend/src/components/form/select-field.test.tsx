import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useForm } from "react-hook-form";
import { expect, it, vi } from "vitest";
import * as z from "zod/mini";
import { Form } from "./form";
import { SelectField } from "./select-field";

const schema = z.object({ state: z.enum(["draft", "sent"], "Choose one") });
const onSubmit = vi.fn();

function StateForm() {
  const form = useForm({
    resolver: standardSchemaResolver(schema),
    defaultValues: { state: "" as never },
  });
  return (
    <Form form={form} onSubmit={onSubmit}>
      <SelectField
        form={form}
        name="state"
        label="State"
        options={{ "": "Choose", draft: "Draft", sent: "Sent" }}
      />
      <button type="submit">Save</button>
    </Form>
  );
}

it("shows an error, then sends the chosen value", async () => {
  render(<StateForm />);
  const user = userEvent.setup();
  const field = screen.getByRole("combobox", { name: "State" });
  await user.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(field).toHaveAccessibleDescription("Choose one"));
  expect(field).toBeInvalid();
  await user.selectOptions(field, "Sent");
  await user.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(onSubmit).toHaveBeenCalledExactlyOnceWith({ state: "sent" }));
});
