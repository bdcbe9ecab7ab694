import {
  AlertDialog,
  AlertDialogCancel,
  AlertDialogContent,
  AlertDialogDescription,
  AlertDialogFooter,
  AlertDialogTitle,
} from "@/components/ui/alert-dialog";
import { Button } from "@/components/ui/button";
import { UserText } from "@/components/ui/user-text";

export interface ConflictField {
  label: string;
  mine: string;
  theirs: string;
}

interface ConflictDialogProps {
  open: boolean;
  fields: ConflictField[];
  onKeepMine: () => void;
  onTakeTheirs: () => void;
  onBack: () => void;
  onCloseAutoFocus: (event: Event) => void;
}

const cell = "border-t px-3 py-2 text-start align-top break-words";

/** Two users changed one record: shows both versions side by side, and nothing is lost until the user chooses. */
export default function ConflictDialog({
  open,
  fields,
  onKeepMine,
  onTakeTheirs,
  onBack,
  onCloseAutoFocus,
}: ConflictDialogProps) {
  return (
    <AlertDialog open={open} onOpenChange={(next) => !next && onBack()}>
      <AlertDialogContent onCloseAutoFocus={onCloseAutoFocus} className="sm:max-w-2xl">
        <AlertDialogTitle>This record was changed by someone else</AlertDialogTitle>
        <AlertDialogDescription>
          Someone saved changes while you were editing. Choose which version to keep.
        </AlertDialogDescription>
        <div className="mt-2 max-h-[50dvh] overflow-y-auto rounded-lg border">
          <table className="w-full table-fixed text-[13px]">
            <thead className="bg-muted text-muted-foreground">
              <tr>
                <th scope="col" className="w-24 px-3 py-2 text-start font-medium sm:w-32">
                  Field
                </th>
                <th scope="col" className="px-3 py-2 text-start font-medium">
                  Yours
                </th>
                <th scope="col" className="px-3 py-2 text-start font-medium">
                  Theirs
                </th>
              </tr>
            </thead>
            <tbody>
              {fields.map(({ label, mine, theirs }) => (
                <tr key={label} data-differs={mine !== theirs || undefined} className="group">
                  <th scope="row" className={`${cell} font-normal text-muted-foreground`}>
                    <span>{label}</span>
                    {mine === theirs && <span className="sr-only"> (the same)</span>}
                  </th>
                  <td className={`${cell} group-data-differs:bg-primary/8`}>
                    <UserText className="block">{mine || "–"}</UserText>
                  </td>
                  <td className={`${cell} group-data-differs:bg-primary/8`}>
                    <UserText className="block">{theirs || "–"}</UserText>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        <AlertDialogFooter>
          <AlertDialogCancel asChild>
            <Button variant="ghost">Keep editing</Button>
          </AlertDialogCancel>
          <Button variant="outline" onClick={onTakeTheirs}>
            Use their version
          </Button>
          <Button onClick={onKeepMine}>Keep my version</Button>
        </AlertDialogFooter>
      </AlertDialogContent>
    </AlertDialog>
  );
}
