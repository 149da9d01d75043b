import Article from "@mui/icons-material/ArticleOutlined";
import Category from "@mui/icons-material/CategoryOutlined";
import Chat from "@mui/icons-material/ChatBubbleOutlineOutlined";
import Event from "@mui/icons-material/EventOutlined";
import Folder from "@mui/icons-material/FolderOutlined";
import Gavel from "@mui/icons-material/GavelOutlined";
import Group from "@mui/icons-material/GroupOutlined";
import Image from "@mui/icons-material/ImageOutlined";
import Inventory from "@mui/icons-material/Inventory2Outlined";
import Key from "@mui/icons-material/KeyOutlined";
import Label from "@mui/icons-material/LabelOutlined";
import List from "@mui/icons-material/ListAltOutlined";
import Mail from "@mui/icons-material/MailOutlined";
import Monitor from "@mui/icons-material/MonitorHeartOutlined";
import Payments from "@mui/icons-material/PaymentsOutlined";
import Person from "@mui/icons-material/PersonOutlined";
import Phishing from "@mui/icons-material/Phishing";
import Place from "@mui/icons-material/PlaceOutlined";
import Podcasts from "@mui/icons-material/Podcasts";
import Schedule from "@mui/icons-material/ScheduleOutlined";
import Settings from "@mui/icons-material/SettingsOutlined";
import Star from "@mui/icons-material/StarBorderOutlined";
import type { ReactNode } from "react";
import type { Collection } from "../server/description";

/** What `meta.icon` of a collection may be. */
const ICONS: Record<string, ReactNode> = {
  article: <Article />,
  category: <Category />,
  chat: <Chat />,
  event: <Event />,
  folder: <Folder />,
  group: <Group />,
  image: <Image />,
  box: <Inventory />,
  label: <Label />,
  list: <List />,
  mail: <Mail />,
  money: <Payments />,
  person: <Person />,
  place: <Place />,
  settings: <Settings />,
  star: <Star />,
};

export const AREA_ICONS = {
  channels: <Podcasts />,
  jobs: <Schedule />,
  hooks: <Phishing />,
  users: <Group />,
  tokens: <Key />,
  explain: <Gavel />,
  system: <Monitor />,
} as const;

/** Return the icon that a collection names; where it names none, that of what it is called after. */
export function iconOf({ icon, name }: Pick<Collection, "icon" | "name">): ReactNode {
  const guess = GUESSES.find(([pattern]) => pattern.test(name));
  return ICONS[icon ?? ""] ?? ICONS[guess?.[1] ?? ""] ?? ICONS.list;
}

const GUESSES: [RegExp, string][] = [
  [/^(article|post|page|news|stor)/i, "article"],
  [/^(author|person|people|user|member|contact)/i, "person"],
  [/^(comment|message|chat|review)/i, "chat"],
  [/^(tag|label|topic)/i, "label"],
  [/^categor/i, "category"],
  [/^(event|date|appointment)/i, "event"],
  [/^(image|photo|picture|media|file)/i, "image"],
  [/^(product|item|order)/i, "box"],
  [/^(place|location|address)/i, "place"],
];
