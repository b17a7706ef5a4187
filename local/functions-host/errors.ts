export type HostStartErrorCode =
  | 'settings_invalid'
  | 'host_json_invalid'
  | 'app_load_failed'
  | 'no_functions_registered'
  | 'unsupported_feature'
  | 'binding_invalid'
  | 'setting_missing'
  | 'route_invalid'
  | 'schedule_invalid'
  | 'port_unavailable';

/** The host cannot run this app: what is wrong, where, and what to change. Nothing is left listening. */
export class HostStartError extends Error {
  readonly code: HostStartErrorCode;

  constructor(code: HostStartErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'HostStartError';
    this.code = code;
  }
}
