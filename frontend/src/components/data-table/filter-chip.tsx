import { CirclePlus } from "lucide-react";
import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuRadioGroup,
  DropdownMenuRadioItem,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { cn } from "@/lib/cn";

export interface Filter<Name extends string = string> {
  /** The search parameter that it sets. */
  name: Name;
  title: string;
  options: readonly { value: string; title: string }[];
  /** Label of the choice that filters nothing. */
  anyTitle?: string;
}

interface FilterChipProps {
  filter: Filter;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}

const ANY = "";

export function FilterChip({ filter, value = ANY, onChange }: FilterChipProps) {
  const { title, options, anyTitle = "Any" } = filter;
  const chosen = options.find((option) => option.value === value);
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button
          variant="outline"
          size="sm"
          className={cn(
            "max-w-full border-dashed px-2.5",
            chosen && "border-primary/50 border-solid",
          )}
        >
          {!chosen && <CirclePlus aria-hidden className="text-muted-foreground" />}
          {title}
          {chosen && <span className="truncate font-normal text-primary">{chosen.title}</span>}
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="start">
        <DropdownMenuRadioGroup
          value={value}
          onValueChange={(next) => onChange(next === ANY ? undefined : next)}
        >
          {[{ value: ANY, title: anyTitle }, ...options].map((option) => (
            <DropdownMenuRadioItem key={option.value} value={option.value}>
              {option.title}
            </DropdownMenuRadioItem>
          ))}
        </DropdownMenuRadioGroup>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
