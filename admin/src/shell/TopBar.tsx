import MenuIcon from "@mui/icons-material/Menu";
import Box from "@mui/material/Box";
import IconButton from "@mui/material/IconButton";
import Typography from "@mui/material/Typography";
import { memo } from "react";
import { useTranslate } from "react-admin";
import { AccountButton } from "./AccountButton";
import { AppearanceButton } from "./AppearanceButton";
import { LanguageButton } from "./LanguageButton";
import { TITLE } from "./useNavigation";

interface TopBarProps {
  /** The drawer that a button opens, where the menu is one. */
  menu: { id: string; isOpen: boolean; open: () => void } | null;
}

export const TopBar = memo(function TopBar({ menu }: TopBarProps) {
  const translate = useTranslate();
  return (
    <Box
      component="header"
      sx={{
        position: "sticky",
        top: 0,
        zIndex: "appBar",
        display: "flex",
        alignItems: "center",
        gap: 0.5,
        minHeight: 56,
        px: { xs: 1, sm: 2.5 },
        bgcolor: "background.default",
        borderBottom: 1,
        borderColor: "divider",
      }}
    >
      {menu && (
        <IconButton
          aria-label={translate("shell.menu.open")}
          aria-controls={menu.id}
          aria-expanded={menu.isOpen}
          onClick={menu.open}
        >
          <MenuIcon />
        </IconButton>
      )}
      <Typography
        id={TITLE}
        component="h1"
        variant="h2"
        noWrap
        tabIndex={-1}
        sx={{ flex: 1, minWidth: 0, outline: "none", "& span": { fontWeight: "inherit" } }}
      />
      <LanguageButton />
      <AppearanceButton />
      <AccountButton />
    </Box>
  );
});
