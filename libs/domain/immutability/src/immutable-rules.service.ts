import { Changes } from '@breakwater/coherence';
import type { TagRule } from '@breakwater/contracts';
import { AppError, compileSelectors } from '@breakwater/kernel';
import type { ListOptions } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { ImmutableRulesRepository, type ImmutableRuleRow, type RuleToStore } from './immutable-rules.repository';

const maxRules = 100;

/** The rules of a project. A change counts everywhere when it is acknowledged. */
@Injectable()
export class ImmutableRulesService {
  constructor(
    private readonly changes: Changes,
    private readonly rules: ImmutableRulesRepository,
  ) {}

  list(projectId: number, options: ListOptions): Promise<{ items: ImmutableRuleRow[]; total: number }> {
    return this.rules.list(projectId, options);
  }

  /** Returns the new rule's id. Throws BAD_REQUEST for a wrong pattern or too many rules, CONFLICT when there is such a rule. */
  create(projectId: number, rule: TagRule): Promise<number> {
    const stored = toStore(rule);
    return this.changes.around([`project:${projectId}`], async () => {
      if ((await this.rules.count(projectId)) >= maxRules)
        throw new AppError('BAD_REQUEST', `a project has at most ${maxRules} immutable rules`);
      const id = await this.rules.insert(projectId, stored);
      if (id === undefined) throw duplicate();
      return id;
    });
  }

  /** Throws BAD_REQUEST, NOT_FOUND, CONFLICT. */
  update(projectId: number, id: number, rule: TagRule): Promise<void> {
    const stored = toStore(rule);
    return this.changes.around([`project:${projectId}`], async () => {
      if (await this.rules.twin(projectId, id, stored.selectorDigest)) throw duplicate();
      if (!(await this.rules.update(projectId, id, stored))) throw unknownRule(id);
    });
  }

  /** Throws NOT_FOUND. */
  delete(projectId: number, id: number): Promise<void> {
    return this.changes.around([`project:${projectId}`], async () => {
      if (!(await this.rules.delete(projectId, id))) throw unknownRule(id);
    });
  }
}

function toStore(rule: TagRule): RuleToStore {
  const { tag_selectors: tags, scope_selectors: scope } = rule;
  compileSelectors([...tags, ...scope.repository]);
  const selectors = [tags, scope.repository].map((list) =>
    list.map(({ decoration, pattern }) => [decoration, pattern]),
  );
  return {
    disabled: rule.disabled,
    rule,
    selectorDigest: createHash('sha256').update(JSON.stringify(selectors)).digest('hex'),
  };
}

function duplicate(): AppError {
  return new AppError('CONFLICT', 'the project has an immutable rule of the same selectors');
}

function unknownRule(id: number): AppError {
  return new AppError('NOT_FOUND', `immutable rule ${id} not found`);
}
