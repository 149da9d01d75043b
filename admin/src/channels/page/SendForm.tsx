import Card from "@mui/material/Card";
import CardContent from "@mui/material/CardContent";
import MenuItem from "@mui/material/MenuItem";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import ToggleButton from "@mui/material/ToggleButton";
import ToggleButtonGroup from "@mui/material/ToggleButtonGroup";
import Typography from "@mui/material/Typography";
import { useState } from "react";
import { useTranslate } from "react-admin";
import type { ChannelRecord } from "../records";
import { MessageForm } from "./MessageForm";
import { typesFor, type Way, waysOf } from "./ways";

/** A form that sends a message to a channel: as who, of which type, and what is in it. */
export function SendForm({ channel }: { channel: ChannelRecord }) {
  const translate = useTranslate();
  const ways = waysOf(channel);
  const [chosenWay, setWay] = useState<Way | null>(null);
  const [chosenType, setType] = useState("");
  const way = chosenWay ?? ways[0];
  const types = way ? typesFor(channel, way) : [];
  const type = types === null || types.includes(chosenType) ? chosenType : (types[0] ?? "");
  const choose = (next: Way | null) => next && setWay(next);
  return (
    <Card component="section" aria-labelledby="send-title">
      <CardContent>
        <Stack spacing={2}>
          <Typography id="send-title" variant="h3" component="h2">
            {translate("channels.send.title")}
          </Typography>
          {!way && <Typography color="textSecondary">{translate("channels.send.impossible")}</Typography>}
          {ways.length > 1 && (
            <ToggleButtonGroup
              exclusive
              size="small"
              value={way}
              aria-label={translate("channels.send.as")}
              onChange={(_, next: Way | null) => choose(next)}
            >
              {ways.map((one) => (
                <ToggleButton key={one} value={one}>
                  {`${translate("channels.send.as")} ${translate(`channels.send.${one}`)}`}
                </ToggleButton>
              ))}
            </ToggleButtonGroup>
          )}
          {way && (
            <>
              <Typography variant="body2" color="textSecondary">
                {translate(`channels.send.${way}Help`)}
              </Typography>
              <TypeInput types={types} type={type} onChange={setType} />
              <MessageForm key={`${way} ${types === null ? "" : type}`} channel={channel} way={way} type={type} />
            </>
          )}
        </Stack>
      </CardContent>
    </Card>
  );
}

interface TypeInputProps {
  /** Null: any. */
  types: string[] | null;
  type: string;
  onChange: (type: string) => void;
}

function TypeInput({ types, type, onChange }: TypeInputProps) {
  const translate = useTranslate();
  return (
    <TextField
      select={types !== null}
      required
      label={translate("channels.send.type")}
      value={type}
      onChange={(event) => onChange(event.target.value)}
      helperText={types === null ? translate("channels.send.noType") : undefined}
      sx={{ maxWidth: 320 }}
    >
      {types?.map((one) => (
        <MenuItem key={one} value={one}>
          {one}
        </MenuItem>
      ))}
    </TextField>
  );
}
