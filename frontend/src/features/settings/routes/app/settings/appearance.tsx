import { createFileRoute } from "@tanstack/react-router";
import { CharacterKeysSwitch } from "@/components/layout/character-keys-switch";
import { SettingsCard } from "@/components/layout/settings-card";
import { ThemeCards } from "../../../components/theme-cards";

export const Route = createFileRoute("/_app/settings/appearance")({
  staticData: { title: "Appearance" },
  component: AppearancePage,
});

function AppearancePage() {
  return (
    <>
      <SettingsCard title="Theme" description="Applies to this browser.">
        <ThemeCards />
      </SettingsCard>
      <SettingsCard title="Keyboard" description="Press ? on any page to see all shortcuts.">
        <CharacterKeysSwitch />
      </SettingsCard>
    </>
  );
}
