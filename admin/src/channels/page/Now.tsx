import Box from "@mui/material/Box";
import Paper from "@mui/material/Paper";
import type { ReactNode } from "react";
import { useLocale, useTranslate } from "react-admin";
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
      <Fact name={translate("channels.column.subscribers")}>{number(channel.subscribers)}</Fact>
      <Fact name={translate("channels.page.rate10")}>{number(channel.rates["10s"])}</Fact>
      <Fact name={translate("channels.page.rate60")}>{number(channel.rates["60s"])}</Fact>
      <Fact name={translate("channels.column.messages")}>{number(channel.messages)}</Fact>
      <Fact name={translate("channels.column.kept")}>{number(channel.kept)}</Fact>
      <Fact name={translate("channels.page.oldest")}>
        <When at={channel.oldest} />
      </Fact>
      <Fact name={translate("channels.column.lost")}>
        <Lost drops={channel.drops} resets={channel.resets} />
      </Fact>
    </Paper>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <Box component="dt" sx={{ color: "text.secondary", fontSize: "0.8rem" }}>
        {name}
      </Box>
      <Box component="dd" sx={{ m: 0, fontSize: "1.15rem", fontWeight: 600, fontVariantNumeric: "tabular-nums" }}>
        {children}
      </Box>
    </div>
  );
}
