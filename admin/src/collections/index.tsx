export { CollectionList } from "./CollectionList";
