export { SignedTags, type TagSignature } from './signed-tags.service';
export { SignedTagsModule } from './signed-tags.module';
