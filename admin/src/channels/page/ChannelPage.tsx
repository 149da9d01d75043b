import Box from "@mui/material/Box";
import Chip from "@mui/material/Chip";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useTranslate } from "react-admin";
import { useParams } from "react-router-dom";
import { api } from "../../server/api";
import { Back } from "../../shell/Back";
import { Failure } from "../../shell/Failure";
import { Page } from "../../shell/Page";
import { Splash } from "../../shell/Splash";
import { markOf } from "../list/rows";
import { type ChannelAnswer, isTemplate } from "../records";
import { WatchPane } from "../watch/WatchPane";
import { About } from "./About";
import { Instances } from "./Instances";
import { Now } from "./Now";
import { SendForm } from "./SendForm";
import { ThereCard } from "./ThereCard";

const REFETCH_MS = 2_000;

/** One channel: what it is, how it does, who is there, what is said; and a form to say something. */
export function ChannelPage() {
  const { name = "" } = useParams();
  const { data, error, refetch } = useQuery({
    queryKey: ["_channels", name],
    queryFn: ({ signal }) => api.get<ChannelAnswer>(`_channels/${encodeURIComponent(name)}`, { signal }),
    refetchInterval: REFETCH_MS,
  });
  const translate = useTranslate();
  return (
    <Page title={name}>
      <Back to="/_channels" label={translate("channels.page.back")} />
      {error && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && <Splash />}
      {data && <Channel key={name} channel={data} />}
    </Page>
  );
}

function Channel({ channel }: { channel: ChannelAnswer }) {
  const translate = useTranslate();
  const mark = markOf(channel);
  const template = isTemplate(channel.name);
  return (
    <>
      <Stack direction="row" spacing={1} useFlexGap sx={{ alignItems: "center", flexWrap: "wrap" }}>
        {mark && <Chip size="small" variant="outlined" label={translate(`channels.mark.${mark}`)} />}
        {channel.description && <Typography color="textSecondary">{channel.description}</Typography>}
      </Stack>
      <Now channel={channel} />
      <Box
        sx={{
          display: "grid",
          gap: 2,
          alignItems: "start",
          gridTemplateColumns: { xs: "minmax(0, 1fr)", lg: "minmax(0, 1fr) 360px" },
        }}
      >
        <Stack spacing={2} sx={{ minWidth: 0 }}>
          {template ? <Instances channel={channel} /> : <WatchPane channel={channel} />}
          {!template && <SendForm channel={channel} />}
        </Stack>
        <Stack spacing={2} sx={{ minWidth: 0 }}>
          {!template && <ThereCard channel={channel} />}
          <About channel={channel} />
        </Stack>
      </Box>
    </>
  );
}
