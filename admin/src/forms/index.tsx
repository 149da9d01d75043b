import { CreatePage } from "./page/CreatePage";
import { EditPage } from "./page/EditPage";

export { CreatePage as DocumentCreate, EditPage as DocumentEdit };
