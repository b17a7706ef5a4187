/** The app has no orchestrator function of that name. */
export class UnknownOrchestratorError extends Error {
  readonly code = 'unknown_orchestrator';

  constructor(name: string) {
    super(`The function '${name}' doesn't exist, is disabled, or is not an orchestrator function.`);
    this.name = 'UnknownOrchestratorError';
  }
}

export class InvalidInstanceIdError extends Error {
  readonly code = 'invalid_instance_id';

  constructor(instanceId: string) {
    super(
      `The instance id '${instanceId.slice(0, 120)}' is not valid: use 1 to 100 characters without / \\ # ? and control characters, ` +
        'not starting with @.',
    );
    this.name = 'InvalidInstanceIdError';
  }
}

/** An instance of that id has not ended; only ended ones are replaced. */
export class InstanceExistsError extends Error {
  readonly code = 'instance_exists';

  constructor(instanceId: string, status: string) {
    super(
      `An Orchestration instance with the status ${status} already exists: '${instanceId}'. Choose another id, or terminate it first.`,
    );
    this.name = 'InstanceExistsError';
  }
}

/** The app has entity functions, which this engine can't run. */
export class EntitiesNotSupportedError extends Error {
  readonly code = 'entities_not_supported';

  constructor(functionName: string) {
    super(
      `The function '${functionName}' is a durable entity; the local Durable engine runs orchestrations and activities only. Remove it, or run the app in Azure.`,
    );
    this.name = 'EntitiesNotSupportedError';
  }
}

/** An action this host can't perform. */
export class UnsupportedActionError extends Error {
  readonly code = 'unsupported_action';

  constructor(feature: string) {
    super(`${feature} are not supported by the local Durable engine.`);
    this.name = 'UnsupportedActionError';
  }
}
