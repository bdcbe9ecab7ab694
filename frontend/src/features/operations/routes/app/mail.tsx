import type { MailPublic } from "@app/sdk";
import { createFileRoute, stripSearchParams } from "@tanstack/react-router";
import { Mail, Send } from "lucide-react";
import { Suspense } from "react";
import type { RowAction } from "@/components/data-table/row-menu";
import { ServerTable } from "@/components/data-table/server-table";
import { useServerTable } from "@/components/data-table/use-server-table";
import { PageHeader } from "@/components/layout/page-header";
import { requireSuperuser } from "@/lib/access";
import { lazyOnIdle } from "@/lib/lazy-on-idle";
import { useOverlay } from "@/lib/overlay";
import { searchOf, tableDefaults } from "@/lib/table-search";
import { asTitle, MAILS, mailTitle } from "../../api";
import { mailColumns } from "../../components/mail-columns";
import { optionsOf, requestFilter, useRequestAction } from "../../components/row-options";
import { MAIL_STATES, type MailSearch, mailSearch, mailsQuery, SORTS } from "../../list";

const MailSheet = lazyOnIdle(() => import("../../components/mail-sheet"));
const MailDialog = lazyOnIdle(() => import("../../components/mail-dialog"));

export const Route = createFileRoute("/_app/mail")({
  staticData: { title: "Mail" },
  validateSearch: mailSearch,
  search: { middlewares: [stripSearchParams(tableDefaults(SORTS[0]))] },
  beforeLoad: ({ context }) => requireSuperuser(context.user),
  // Fetches the list while the page's code loads. The table shows the loading and error states.
  loader: ({ context, location }) => {
    void context.queryClient.prefetchQuery(mailsQuery(searchOf(mailSearch, location)));
  },
  component: MailPage,
});

function MailPage() {
  const list = useServerTable({
    name: "mail",
    param: "mail",
    filters: ["state", "template", "request"],
    columns: mailColumns,
    search: Route.useSearch(),
    query: mailsQuery,
  });
  const resending = useOverlay<MailPublic>();
  const actionsOf = useMailActions(resending.show);

  return (
    <>
      <PageHeader
        title="Mail"
        description="Mails of the last 90 days, and whether they were sent"
      />
      <ServerTable
        list={list}
        noun={MAILS.noun}
        isReadOnly
        rowName={mailTitle}
        filters={filtersOf(list.search, list.page?.data ?? [])}
        rowActions={actionsOf}
        empty={{ icon: Mail, title: "No mails", description: "Mails that were sent appear here" }}
      />
      <Suspense>
        {list.sheet.value !== undefined && (
          <MailSheet
            key={list.sheet.key}
            id={list.sheet.value}
            overlay={list.sheet}
            onResend={resending.show}
          />
        )}
        {resending.key > 0 && <MailDialog overlay={resending} />}
      </Suspense>
    </>
  );
}

/** Templates and requests are those of the rows, and the one in the URL. */
function filtersOf({ template, request }: MailSearch, rows: readonly MailPublic[]) {
  return [
    {
      name: "state",
      title: "Status",
      options: MAIL_STATES.map((state) => ({ value: state, title: asTitle(state) })),
    },
    {
      name: "template",
      title: "Template",
      options: optionsOf([template, ...rows.map((row) => row.template)]),
    },
    ...requestFilter(request),
  ] as const;
}

function useMailActions(show: (mail: MailPublic) => void) {
  const requestAction = useRequestAction();
  return (mail: MailPublic): RowAction[] => {
    return [
      ...requestAction(mail.request_id),
      ...(mail.state === "queued" ? [] : [{ title: "Resend", icon: Send, run: () => show(mail) }]),
    ];
  };
}
