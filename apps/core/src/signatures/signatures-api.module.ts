import { ArtifactListsModule } from '@breakwater/artifacts';
import { SigningViewsModule } from '@breakwater/signatures';
import { Module } from '@nestjs/common';
import { AuthModule } from '../auth';
import { SignaturesController } from './signatures.controller';

@Module({
  imports: [ArtifactListsModule, SigningViewsModule, AuthModule],
  controllers: [SignaturesController],
})
export class SignaturesApiModule {}
