import { ChangesModule, LeaseModule } from '@breakwater/coherence';
import { EventsModule } from '@breakwater/events';
import { Project } from '@breakwater/projects';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { TrustMaterial } from './trust-material.entity';
import { TrustPoliciesRepository } from './trust-policies.repository';
import { TrustPoliciesService } from './trust-policies.service';
import { TrustPolicy } from './trust-policy.entity';

@Module({
  // The project only for the relation: the table is the projects library's.
  imports: [TypeOrmModule.forFeature([TrustPolicy, TrustMaterial, Project]), ChangesModule, LeaseModule, EventsModule],
  providers: [TrustPoliciesService, TrustPoliciesRepository],
  exports: [TrustPoliciesService],
})
export class TrustPoliciesModule {}
