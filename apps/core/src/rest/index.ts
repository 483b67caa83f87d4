export { describedModel } from './described-models';
export { api, setLocation } from './location';
export {
  Operation,
  OPERATION_ID,
  PathParameters,
  ResourceNameHeader,
  Returns,
  ReturnsAll,
  ReturnsCreated,
  ReturnsList,
  ReturnsNothing,
  ReturnsSlice,
  ReturnsStringMap,
  StringMapBody,
} from './operation.decorator';
export { listOptions, listShape, Page, pagingShape, type Paging } from './paging';
export { projectReference, type ProjectReference } from './project-reference';
export { RepositoryName } from './repository.decorator';
export { RestModule } from './rest.module';
export { int64, neverTime, pathId, queryBoolean, time } from './schema';
export { withoutTrailingSlash } from './trailing-slash';
