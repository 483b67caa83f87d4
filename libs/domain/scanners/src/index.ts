export { authTypes } from './adapter-auth';
export { abilitiesOf, type AdapterMetadata } from './adapter-metadata';
export { ProjectScanner } from './project-scanner.entity';
export { ScannerCredentials } from './scanner-credentials';
export { ScannerCredentialsModule } from './scanner-credentials.module';
export { type ScannerInput } from './scanner-input';
export { ScannerRegistration } from './scanner-registration.entity';
export { ScannersModule } from './scanners.module';
export { ScannersService, type ScannerView } from './scanners.service';
