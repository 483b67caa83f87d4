import { z } from 'zod';
import { int64, time } from '../rest';

/* What hangs on an artifact once it is scanned. */

const scanner = z.object({ name: z.string(), vendor: z.string(), version: z.string() }).meta({ 'x-model': 'Scanner' });

const summary = z
  .object({ total: int64, fixable: int64, summary: z.record(z.string(), int64) })
  .meta({ 'x-model': 'VulnerabilitySummary' });

const report = z
  .object({
    report_id: z.string(),
    scan_status: z.string(),
    severity: z.string(),
    duration: int64,
    summary: summary.optional(),
    start_time: time,
    end_time: time,
    complete_percent: int64,
    scanner: scanner.optional(),
  })
  .meta({ 'x-model': 'NativeReportSummary' });

/** By the report's media type. */
export const scanOverview = z.record(z.string(), report).meta({ 'x-model': 'ScanOverview' });

export const sbomOverview = z
  .object({
    start_time: time,
    end_time: time,
    scan_status: z.string(),
    sbom_digest: z.string(),
    report_id: z.string(),
    duration: int64,
    scanner: scanner.optional(),
  })
  .meta({ 'x-model': 'SBOMOverview' });
