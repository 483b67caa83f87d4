export { ImportModule } from './import.module';
export { ImportRunModule } from './import-run.module';
export { ImportService, type ImportParameters } from './import.service';
export { StorageImport } from './storage-import';
