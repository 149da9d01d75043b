import { Box, FormHelperText, Stack, TextField, Typography } from "@mui/material";
import { useTranslate } from "react-admin";
import { toNumber } from "../model/numbers";
import { isObject } from "../model/place";
import { type InputProps, useFormScope } from "../page/scope";
import { useField, useUnder } from "./useField";
import { useTyped } from "./useTyped";

const RANGES = { latitude: 90, longitude: 180 } as const;
type Axis = keyof typeof RANGES;

/** A point on the earth: its latitude and longitude in degrees. */
export function GeoInput({ field, source, hideLabel }: InputProps) {
  const translate = useTranslate();
  const { value, change, id, fault, label, pointer } = useField(field, source);
  const { faults } = useFormScope();
  const { typed, type, forget } = useTyped<Record<Axis, string>>(value, pointer);
  const shown = typed ?? textsOf(value);
  const inside = Object.entries(faults).find(([where]) => where.startsWith(`${pointer}/`))?.[1];
  const under = useUnder(field, fault ?? inside);

  const write = (axis: Axis, text: string) => {
    const next = { ...shown, [axis]: text };
    const point = pointOf(next);
    if (point === undefined) {
      type(next, value, translate("forms.geo.unreadable"));
    } else {
      type(next, point, null);
      change(point);
    }
  };
  return (
    <Box role="group" aria-labelledby={`${id}-label`}>
      <Typography id={`${id}-label`} variant="subtitle2" hidden={hideLabel} sx={{ mb: 1 }}>
        {label}
      </Typography>
      <Stack direction={{ xs: "column", sm: "row" }} spacing={2}>
        {(["latitude", "longitude"] as const).map((axis, index) => (
          <TextField
            key={axis}
            id={index === 0 ? id : `${id}-${axis}`}
            label={translate(`forms.geo.${axis}`)}
            value={shown[axis]}
            onChange={(event) => write(axis, event.target.value)}
            onBlur={() => pointOf(shown) !== undefined && forget()}
            error={Boolean(fault ?? inside)}
            helperText={translate("forms.range.both", { min: -RANGES[axis], max: RANGES[axis] })}
            slotProps={{ htmlInput: { inputMode: "decimal", autoComplete: "off" } }}
          />
        ))}
      </Stack>
      {under && <FormHelperText error={Boolean(fault ?? inside)}>{under}</FormHelperText>}
    </Box>
  );
}

function textsOf(value: unknown): Record<Axis, string> {
  const coordinates = isObject(value) && Array.isArray(value.coordinates) ? value.coordinates : [];
  const [longitude, latitude] = coordinates.map(String);
  return { latitude: latitude ?? "", longitude: longitude ?? "" };
}

/** Return the GeoJSON point (longitude first, RFC 7946 §3.1.1), null for none, undefined where the texts say no point. */
function pointOf({ latitude, longitude }: Record<Axis, string>): unknown {
  const [across, up] = [toNumber(longitude), toNumber(latitude)];
  if (across === null && up === null) return null;
  const isPoint = typeof across === "number" && typeof up === "number" && Math.abs(up) <= 90 && Math.abs(across) <= 180;
  return isPoint ? { type: "Point", coordinates: [across, up] } : undefined;
}
