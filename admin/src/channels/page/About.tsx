import Box from "@mui/material/Box";
import Card from "@mui/material/Card";
import CardContent from "@mui/material/CardContent";
import Chip from "@mui/material/Chip";
import Link from "@mui/material/Link";
import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";
import { useLocale, useTranslate } from "react-admin";
import { Link as RouterLink } from "react-router-dom";
import { type ChannelRecord, pageOf } from "../records";
import { limitWords, scopeWords } from "../words";

/** What was declared of a channel, in words. */
export function About({ channel }: { channel: ChannelRecord }) {
  const translate = useTranslate();
  const locale = useLocale() ?? "en";
  const limits = limitWords(channel, translate, locale);
  const { source, declaration, hooks } = channel;
  const functions = Object.entries(hooks).filter(([, name]) => name !== null);
  return (
    <Card component="section" aria-labelledby="about-title">
      <CardContent>
        <Typography id="about-title" variant="h3" component="h2">
          {translate("channels.page.about")}
        </Typography>
        <Box component="dl" sx={{ m: 0, mt: 1.5, display: "grid", gap: 1.5 }}>
          {source && (
            <Said name={translate("channels.page.declared")}>
              <code>{`${source.file}:${source.line}`}</code>
            </Said>
          )}
          {declaration && declaration !== channel.name && (
            <Said name={translate("channels.page.declaration")}>
              <Link component={RouterLink} to={pageOf(declaration)}>
                {declaration}
              </Link>
            </Said>
          )}
          <Said name={translate("channels.page.scope")}>{scopeWords(channel.scope, translate)}</Said>
          <Said name={translate("channels.page.keeps")}>{limits.keeps}</Said>
          <Said name={translate("channels.page.replay")}>{limits.replay}</Said>
          <Said name={translate("channels.page.slow")}>{limits.slow}</Said>
          <Said name={translate("channels.page.events")}>
            {channel.events ? <Names names={Object.keys(channel.events)} /> : translate("channels.page.anyType")}
          </Said>
          <Said name={translate("channels.page.receive")}>
            <Receive channel={channel} />
          </Said>
          {functions.length > 0 && (
            <Said name={translate("channels.page.hooks")}>
              {functions.map(([point, name]) => (
                <div key={point}>
                  {point}: <HookLink name={name ?? ""} />
                </div>
              ))}
            </Said>
          )}
        </Box>
      </CardContent>
    </Card>
  );
}

function Receive({ channel }: { channel: ChannelRecord }) {
  const translate = useTranslate();
  if (channel.receive.length === 0) return translate("channels.page.nothingReceived");
  return channel.receive.map(({ type, hook, transient }) => (
    <Box key={type} sx={{ mb: 0.5 }}>
      <Chip size="small" label={type} />{" "}
      {transient && <Chip size="small" variant="outlined" label={translate("channels.page.transient")} />}{" "}
      {hook && <HookLink name={hook} />}
    </Box>
  ));
}

function HookLink({ name }: { name: string }) {
  return (
    <Link component={RouterLink} to={`/_hooks/${encodeURIComponent(name)}`} sx={{ overflowWrap: "anywhere" }}>
      <code>{name}</code>
    </Link>
  );
}

function Names({ names }: { names: string[] }) {
  return (
    <Box sx={{ display: "flex", flexWrap: "wrap", gap: 0.5 }}>
      {names.map((name) => (
        <Chip key={name} size="small" label={name} />
      ))}
    </Box>
  );
}

function Said({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <Box component="dt" sx={{ color: "text.secondary", fontSize: "0.8rem" }}>
        {name}
      </Box>
      <Box component="dd" sx={{ m: 0, overflowWrap: "anywhere" }}>
        {children}
      </Box>
    </div>
  );
}
