import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useForm } from "react-hook-form";
import { expect, it } from "vitest";
import { EmailField } from "./email-field";
import { NewPasswordField } from "./new-password-field";

function SignUp() {
  const form = useForm({ defaultValues: { email: "", password: "" } });
  return (
    <form>
      <EmailField form={form} name="email" label="Email" />
      <NewPasswordField form={form} name="password" label="Password" />
    </form>
  );
}

async function strengthOf(password: string, email = "kim@example.com") {
  render(<SignUp />);
  const user = userEvent.setup();
  await user.type(screen.getByLabelText("Email"), email);
  await user.click(screen.getByLabelText("Password"));
  await user.paste(password);
  const status = screen.getByRole("status");
  await expect.poll(() => status.textContent, { timeout: 5000 }).not.toBe("");
  return status.textContent;
}

it.each([
  ["password1", "Very weak"],
  ["qwertyuiop", "Very weak"],
  ["9vT#k2!xQm7z", "Very strong"],
  ["correct horse battery staple", "Very strong"],
])("says how strong %s is", async (password, level) => {
  expect(await strengthOf(password)).toBe(level);
});

it("knows the words of the form", async () => {
  const unrelated = await strengthOf("zofiabrandt7", "kim@example.com");
  cleanup();
  const own = await strengthOf("zofiabrandt7", "zofiabrandt@example.com");
  expect([unrelated, own]).toEqual(["Very strong", "Weak"]);
});

it("estimates the longest password quickly", async () => {
  const started = performance.now();
  await strengthOf("aB3$xY9!".repeat(16));
  expect(performance.now() - started).toBeLessThan(3000);
});

it("says nothing without a password", async () => {
  render(<SignUp />);
  const user = userEvent.setup();
  await user.type(screen.getByLabelText("Password"), "qwertyuiop");
  await screen.findByText("Very weak");
  await user.clear(screen.getByLabelText("Password"));
  expect(screen.getByRole("status")).toBeEmptyDOMElement();
});
