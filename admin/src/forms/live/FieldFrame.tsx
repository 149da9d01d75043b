import { Box, Chip, Fade } from "@mui/material";
import { keyframes } from "@mui/material/styles";
import type { ReactNode } from "react";
import { useTranslate } from "react-admin";
import type { Field } from "../../server/description";
import { pointerOf } from "../model/place";
import { type Person, useOthers } from "../page/scope";
import { Clash } from "./Clash";
import { colourOf } from "./colours";

const glow = keyframes`from { background-color: var(--glow); } to { background-color: transparent; }`;

/** A field with what others do to it: who is in it, what has just come, what both have changed. */
export function FieldFrame({ field, source, children }: { field: Field; source: string; children: ReactNode }) {
  const pointer = pointerOf(source);
  const { places, arrived, open } = useOthers();
  const people = places.get(pointer) ?? [];
  const from = arrived.get(pointer);
  const [first] = people;
  const clash = open.get(pointer);
  return (
    <Box
      data-pointer={pointer}
      sx={{
        position: "relative",
        borderRadius: 1,
        "--glow": (theme) => theme.vars?.palette.action.selected ?? theme.palette.action.selected,
        ...(from !== undefined && { animation: `${glow} 2.5s ease-out` }),
        ...(first && { outline: "2px solid", outlineColor: colourOf(first.id), outlineOffset: 4 }),
      }}
    >
      {(people.length > 0 || from !== undefined) && <Tags people={people} from={from} />}
      {children}
      {clash && <Clash field={field} source={source} {...clash} />}
    </Box>
  );
}

/** Who is in the field, and who has just changed it. What changes by itself is told by the page, once. */
function Tags({ people, from }: { people: readonly Person[]; from: string | undefined }) {
  const translate = useTranslate();
  return (
    <Box
      aria-hidden
      sx={{
        position: "absolute",
        top: -14,
        right: 8,
        zIndex: 1,
        display: "flex",
        gap: 0.5,
        pointerEvents: "none",
        maxWidth: "80%",
      }}
    >
      {from !== undefined && (
        <Fade in>
          <Chip
            size="small"
            color="info"
            label={translate("forms.live.changed", { name: from })}
            sx={{ height: 20, fontSize: "0.7rem" }}
          />
        </Fade>
      )}
      {people.map(({ id, name }) => (
        <Chip
          key={id}
          size="small"
          label={name}
          sx={{ height: 20, fontSize: "0.7rem", bgcolor: colourOf(id), color: "#fff" }}
        />
      ))}
    </Box>
  );
}
