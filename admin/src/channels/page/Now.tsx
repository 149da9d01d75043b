import Paper from "@mui/material/Paper";
import { useLocale, useTranslate } from "react-admin";
import { Figure } from "../../shell/Figure";
import { When } from "../../shell/When";
import { Lost } from "../list/Lost";
import type { Numbers } from "../records";

/** A channel's numbers at this moment. */
export function Now({ channel }: { channel: Numbers }) {
  const translate = useTranslate();
  const locale = useLocale();
  const number = (value: number) => value.toLocaleString(locale);
  return (
    <Paper
      variant="outlined"
      component="dl"
      aria-label={translate("channels.page.now")}
      sx={{
        m: 0,
        p: 2,
        display: "grid",
        gap: 2,
        gridTemplateColumns: { xs: "repeat(2, minmax(0, 1fr))", sm: "repeat(auto-fit, minmax(110px, 1fr))" },
      }}
    >
      <Figure name={translate("channels.column.subscribers")}>{number(channel.subscribers)}</Figure>
      <Figure name={translate("channels.page.rate10")}>{number(channel.rates["10s"])}</Figure>
      <Figure name={translate("channels.page.rate60")}>{number(channel.rates["60s"])}</Figure>
      <Figure name={translate("channels.column.messages")}>{number(channel.messages)}</Figure>
      <Figure name={translate("channels.column.kept")}>{number(channel.kept)}</Figure>
      <Figure name={translate("channels.page.oldest")}>
        <When at={channel.oldest} />
      </Figure>
      <Figure name={translate("channels.column.lost")}>
        <Lost drops={channel.drops} resets={channel.resets} />
      </Figure>
    </Paper>
  );
}
