import { createFileRoute, Outlet } from "@tanstack/react-router";
import { PageHeader } from "@/components/layout/page-header";
import { SettingsTabs } from "../../../components/settings-tabs";

export const Route = createFileRoute("/_app/settings")({
  staticData: { title: "Settings" },
  component: SettingsLayout,
});

const PANEL_ID = "settings-panel";

function SettingsLayout() {
  return (
    <div className="mx-auto max-w-4xl">
      <PageHeader title="Settings" description="Manage your account and preferences" />
      <div className="grid grid-cols-[minmax(0,1fr)] gap-6 lg:grid-cols-[12rem_minmax(0,1fr)] lg:gap-10">
        <SettingsTabs panelId={PANEL_ID} />
        <div
          id={PANEL_ID}
          role="tabpanel"
          aria-labelledby={`${PANEL_ID}-tab`}
          className="grid grid-cols-[minmax(0,1fr)] content-start gap-6"
        >
          <Outlet />
        </div>
      </div>
    </div>
  );
}
