export { Setting } from './setting.entity';
export { SettingsModule } from './settings.module';
export { SettingsService } from './settings.service';
export { settingsSchema, type Settings } from './settings';
