import { useId } from "react";

interface ToggleGroupProps {
  /** Names the group for screen readers. */
  label: string;
  value: string;
  onChange: (value: string) => void;
  options: { value: string; title: string }[];
}

/** One of a few visible options. They are radio buttons, so that the arrow keys work. */
export function ToggleGroup({ label, value, onChange, options }: ToggleGroupProps) {
  const name = useId();
  return (
    <fieldset data-slot="toggle-group" className="flex rounded-md border border-control p-0.5">
      <legend className="sr-only">{label}</legend>
      {options.map((option) => (
        <label
          key={option.value}
          className="flex h-7 cursor-pointer items-center rounded-sm px-2.5 text-[13px] whitespace-nowrap text-muted-foreground has-checked:bg-accent has-checked:inset-ring has-checked:inset-ring-input has-focus-visible:outline-2 has-focus-visible:outline-ring has-checked:text-foreground pointer-coarse:h-11"
        >
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
            className="sr-only"
          />
          {option.title}
        </label>
      ))}
    </fieldset>
  );
}
