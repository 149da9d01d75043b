import Box from "@mui/material/Box";
import List from "@mui/material/List";
import ListItem from "@mui/material/ListItem";
import ListItemButton from "@mui/material/ListItemButton";
import ListItemIcon from "@mui/material/ListItemIcon";
import ListItemText from "@mui/material/ListItemText";
import ListSubheader from "@mui/material/ListSubheader";
import { visuallyHidden } from "@mui/utils";
import { memo, type ReactNode } from "react";
import { useTranslate } from "react-admin";
import { NavLink } from "react-router-dom";
import { useDescription } from "../server/description";
import { Brand } from "./Brand";
import { groupsOf } from "./groups";
import { AREA_ICONS, iconOf } from "./icons";
import { ADMIN_SCREENS } from "./screens";
import { useHookProblems } from "./useHookProblems";

/** The way to all screens. Drawn when the address changes, not whenever the frame is. */
export const Menu = memo(function Menu({ label }: { label: string }) {
  const translate = useTranslate();
  const description = useDescription();
  const groups = groupsOf(description.collections);
  return (
    <Box component="nav" aria-label={label} sx={{ display: "flex", flexDirection: "column", minHeight: "100%", pb: 2 }}>
      <Box sx={{ display: "flex", alignItems: "center", height: 56, px: 2, flex: "none" }}>
        <Brand label={description.label} />
      </Box>
      {groups.map(({ name, collections }) => (
        <Group key={name ?? ""} title={name ?? translate("shell.menu.collections")}>
          {collections.map((one) => (
            <Entry key={one.name} to={`/${one.name}`} text={one.label} icon={iconOf(one)} />
          ))}
        </Group>
      ))}
      {description.isAdmin && (
        <Group title={translate("shell.menu.administration")}>
          {ADMIN_SCREENS.map(({ path, name }) => (
            <Entry key={path} to={path} text={translate(`shell.menu.${name}`)} icon={AREA_ICONS[name]}>
              {name === "hooks" && <HookProblems />}
            </Entry>
          ))}
        </Group>
      )}
    </Box>
  );
});

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <List
      dense
      disablePadding
      sx={{ px: 1, pt: 1 }}
      subheader={
        <ListSubheader disableSticky sx={{ bgcolor: "transparent", lineHeight: 2.4, fontSize: "0.75rem", px: 1.25 }}>
          {title}
        </ListSubheader>
      }
    >
      {children}
    </List>
  );
}

interface EntryProps {
  to: string;
  text: string;
  icon: ReactNode;
  children?: ReactNode;
}

function Entry({ to, text, icon, children }: EntryProps) {
  return (
    <ListItem disablePadding>
      <ListItemButton
        component={NavLink}
        to={to}
        sx={{
          borderRadius: 1.5,
          px: 1.25,
          py: 0.5,
          minHeight: 36,
          color: "text.primary",
          "&.active": { bgcolor: "action.selected", color: "primary.main" },
        }}
      >
        <ListItemIcon sx={{ minWidth: 32, "& svg": { fontSize: 20 } }}>{icon}</ListItemIcon>
        <ListItemText
          primary={text}
          slotProps={{ primary: { noWrap: true, sx: { fontSize: "0.9rem", fontWeight: 500 } } }}
        />
        {children}
      </ListItemButton>
    </ListItem>
  );
}

/** How many problems the hooks have; a screen reader is told when that changes. */
function HookProblems() {
  const translate = useTranslate();
  const count = useHookProblems();
  return (
    <Box component="span" role="status">
      {count > 0 && <Count count={count} text={translate("shell.menu.problems", { smart_count: count })} />}
    </Box>
  );
}

function Count({ count, text }: { count: number; text: string }) {
  return (
    <>
      <Box
        component="span"
        aria-hidden
        sx={{
          px: 0.75,
          borderRadius: 5,
          bgcolor: "error.main",
          color: "error.contrastText",
          fontSize: "0.75rem",
          fontWeight: 600,
        }}
      >
        {count}
      </Box>
      <Box component="span" sx={visuallyHidden}>
        {text}
      </Box>
    </>
  );
}
