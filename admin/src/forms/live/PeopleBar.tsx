import { Avatar, AvatarGroup, Box, Tooltip, Typography } from "@mui/material";
import { useTranslate } from "react-admin";
import type { Person } from "../page/scope";
import { colourOf, initialsOf } from "./colours";

/** Who else has the document open. */
export function PeopleBar({ people }: { people: readonly Person[] }) {
  const translate = useTranslate();
  if (people.length === 0) return null;
  return (
    <Box sx={{ display: "flex", alignItems: "center", gap: 1, mr: "auto", minWidth: 0 }} data-testid="people">
      <Typography variant="body2" color="textSecondary" noWrap>
        {translate("forms.live.here")}
      </Typography>
      <AvatarGroup
        max={5}
        component="ul"
        sx={{ m: 0, p: 0, "& .MuiAvatar-root": { width: 30, height: 30, fontSize: "0.75rem", fontWeight: 600 } }}
      >
        {people.map(({ id, name }) => (
          <Tooltip key={id} title={name}>
            <Avatar component="li" role="listitem" aria-label={name} sx={{ bgcolor: colourOf(id), color: "#fff" }}>
              <span aria-hidden>{initialsOf(name)}</span>
            </Avatar>
          </Tooltip>
        ))}
      </AvatarGroup>
      {people.length === 1 && (
        <Typography variant="body2" noWrap aria-hidden>
          {people[0]?.name}
        </Typography>
      )}
    </Box>
  );
}
