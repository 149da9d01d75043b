import Box from "@mui/material/Box";
import Drawer from "@mui/material/Drawer";
import type { Theme } from "@mui/material/styles";
import useMediaQuery from "@mui/material/useMediaQuery";
import { type ReactNode, Suspense, useEffect, useState } from "react";
import { useTranslate } from "react-admin";
import { useLocation } from "react-router-dom";
import { Boundary } from "./Boundary";
import { ConnectionBanner } from "./ConnectionBanner";
import { Menu } from "./Menu";
import { SkipLink } from "./SkipLink";
import { Splash } from "./Splash";
import { TopBar } from "./TopBar";
import { useDocumentTitle, useFocusOnNavigation } from "./useNavigation";

const RAIL_WIDTH = 232;
const MENU = "main-menu";
const MAIN = "main-content";

/** The frame of all screens: the menu, a bar on top, the screen. On a phone the menu is a drawer. */
export function Layout({ children }: { children: ReactNode }) {
  const translate = useTranslate();
  const isWide = useMediaQuery((theme: Theme) => theme.breakpoints.up("md"), { noSsr: true });
  const [isOpen, setOpen] = useState(false);
  const { pathname } = useLocation();
  useDocumentTitle();
  useFocusOnNavigation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: going somewhere closes the drawer
  useEffect(() => setOpen(false), [pathname]);

  return (
    <Box sx={{ display: "flex", minHeight: "100vh", bgcolor: "background.default" }}>
      <SkipLink to={MAIN} />
      <Drawer
        variant={isWide ? "permanent" : "temporary"}
        open={isWide || isOpen}
        onClose={() => setOpen(false)}
        sx={{ flex: "none", width: isWide ? RAIL_WIDTH : undefined }}
        slotProps={{
          paper: {
            id: MENU,
            "aria-label": isWide ? undefined : translate("shell.menu.main"),
            sx: { width: isWide ? RAIL_WIDTH : 280, maxWidth: "85vw", boxSizing: "border-box" },
          },
        }}
      >
        <Menu label={translate("shell.menu.main")} />
      </Drawer>
      <Box sx={{ flex: 1, minWidth: 0, display: "flex", flexDirection: "column" }}>
        <TopBar menu={isWide ? null : { id: MENU, isOpen, open: () => setOpen(true) }} />
        <ConnectionBanner />
        <Box
          component="main"
          id={MAIN}
          tabIndex={-1}
          sx={{ flex: 1, minWidth: 0, p: { xs: 1.5, sm: 2.5 }, outline: "none" }}
        >
          <Boundary place={pathname}>
            <Suspense fallback={<Splash />}>{children}</Suspense>
          </Boundary>
        </Box>
      </Box>
    </Box>
  );
}
