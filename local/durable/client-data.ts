/** Paths under which the management API answers. */
export const WEBHOOK_PATH = '/runtime/webhooks/durabletask';
export const RPC_PATH = '/durabletask';

const ID_PLACEHOLDER = 'INSTANCEID';

export interface ClientEndpoint {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** The same, for the app itself, as Azure's extension listens on a port of its own for it. */
  readonly innerOrigin: string;
  readonly hubName: string;
  readonly systemKey: string;
}

/** Links to one instance's management operations, as the SDK and `createCheckStatusResponse` name them. */
export function managementUrls({ origin, hubName, systemKey }: ClientEndpoint, instanceId: string) {
  const instance = `${origin}${WEBHOOK_PATH}/instances/${instanceId === ID_PLACEHOLDER ? instanceId : encodeURIComponent(instanceId)}`;
  const query = `taskHub=${hubName}&connection=Storage&code=${systemKey}`;
  return {
    id: instanceId,
    statusQueryGetUri: `${instance}?${query}`,
    sendEventPostUri: `${instance}/raiseEvent/{eventName}?${query}`,
    terminatePostUri: `${instance}/terminate?reason={text}&${query}`,
    rewindPostUri: `${instance}/rewind?reason={text}&${query}`,
    purgeHistoryDeleteUri: `${instance}?${query}`,
    restartPostUri: `${instance}/restart?${query}`,
    suspendPostUri: `${instance}/suspend?reason={text}&${query}`,
    resumePostUri: `${instance}/resume?reason={text}&${query}`,
  };
}

/** Data of the `durableClient` input binding, as JSON text. */
export function clientData(endpoint: ClientEndpoint): string {
  const { origin, innerOrigin, hubName, systemKey } = endpoint;
  const start = `${origin}${WEBHOOK_PATH}/orchestrators/{functionName}[/{instanceId}]`;
  return JSON.stringify({
    taskHubName: hubName,
    creationUrls: {
      createNewInstancePostUri: `${start}?code=${systemKey}`,
      createAndWaitOnNewInstancePostUri: `${start}?timeout={timeoutInSeconds}&pollingInterval={intervalInSeconds}&code=${systemKey}`,
    },
    managementUrls: managementUrls(endpoint, ID_PLACEHOLDER),
    baseUrl: `${origin}${WEBHOOK_PATH}`,
    requiredQueryStringParameters: `code=${systemKey}`,
    // The SDK resolves paths against it, hence the slash at its end.
    rpcBaseUrl: `${innerOrigin}${RPC_PATH}/`,
  });
}
