import Avatar from "@mui/material/Avatar";
import Box from "@mui/material/Box";
import Card from "@mui/material/Card";
import CardContent from "@mui/material/CardContent";
import Chip from "@mui/material/Chip";
import Typography from "@mui/material/Typography";
import { useTranslate } from "react-admin";
import type { ChannelAnswer } from "../records";

/** Who is on a channel. */
export function ThereCard({ channel }: { channel: ChannelAnswer }) {
  const translate = useTranslate();
  const { users, more, anonymous } = channel.there;
  const isNobody = users.length === 0 && anonymous === 0;
  if (isNobody && !channel.presence) {
    return (
      <Card component="section" aria-labelledby="there-title">
        <CardContent>
          <Heading />
          <Typography color="textSecondary" sx={{ mt: 1 }}>
            {translate("channels.page.notCounted")}
          </Typography>
        </CardContent>
      </Card>
    );
  }
  return (
    <Card component="section" aria-labelledby="there-title">
      <CardContent>
        <Heading />
        <Box aria-live="polite" sx={{ mt: 1, display: "flex", flexWrap: "wrap", gap: 0.75 }}>
          {isNobody && <Typography color="textSecondary">{translate("channels.page.nobody")}</Typography>}
          {users.map(({ id, name }) => (
            <Chip
              key={id}
              avatar={<Avatar alt="">{(name ?? "?").charAt(0).toUpperCase()}</Avatar>}
              label={name ?? translate("channels.page.unknown")}
              title={id}
              variant="outlined"
              sx={{ maxWidth: "100%" }}
            />
          ))}
          {more > 0 && <Chip label={translate("channels.page.more", { smart_count: more })} />}
          {anonymous > 0 && <Chip label={translate("channels.page.anonymous", { smart_count: anonymous })} />}
        </Box>
      </CardContent>
    </Card>
  );
}

function Heading() {
  const translate = useTranslate();
  return (
    <Typography id="there-title" variant="h3" component="h2">
      {translate("channels.page.there")}
    </Typography>
  );
}
