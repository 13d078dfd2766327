export declare const chromiumIsMissing: string;
export declare function findChromium(): string | undefined;
export declare const launchOptions: { chromiumSandbox: boolean; args: string[] };
