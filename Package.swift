// swift-tools-version: 6.2
import PackageDescription

// Warnings are errors in our own targets; dependencies keep their own rules.
let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]
// Tests simulate the national scenario: without optimisation a draw takes fifty times as long. Checks stay in.
let optimised: [SwiftSetting] = strict + [.unsafeFlags(["-O"], .when(configuration: .debug))]

let numerics: Target.Dependency = .product(name: "RealModule", package: "swift-numerics")
let collections: Target.Dependency = .product(name: "OrderedCollections", package: "swift-collections")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

// In the order in which data meets the modules: each imports only those above it.
let package = Package(
    name: "herstel",
    products: [.executable(name: "herstel", targets: ["herstel"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    ],
    targets: [
        .systemLibrary(name: "CLAPACK", providers: [.apt(["liblapack-dev", "libblas-dev"])]),
        .systemLibrary(name: "CNLopt", pkgConfig: "nlopt", providers: [.apt(["libnlopt-dev"])]),
        .target(name: "Parallelism", swiftSettings: strict),
        .target(name: "LinearAlgebra", dependencies: ["CLAPACK", "Parallelism", numerics], swiftSettings: optimised),
        .target(name: "Probability", swiftSettings: optimised),
        .target(name: "Tables", dependencies: ["Parallelism"], swiftSettings: strict),
        .target(name: "Disclosure", swiftSettings: optimised),
        .target(name: "Specifications", dependencies: [yams, "Tables"], swiftSettings: strict),
        .target(
            name: "Surveys", dependencies: ["Parallelism", "LinearAlgebra", "Probability", numerics],
            swiftSettings: optimised),
        .target(
            name: "Transitions", dependencies: ["Parallelism", "LinearAlgebra", "Probability", numerics],
            swiftSettings: optimised),
        .target(
            name: "Models",
            dependencies: [
                "CNLopt", "Parallelism", "LinearAlgebra", "Probability", "Tables", "Disclosure", "Specifications",
                "Surveys", "Transitions",
                collections, numerics,
            ],
            swiftSettings: strict),
        .target(
            name: "Synthesis", dependencies: ["Probability", "Tables", "Specifications"], swiftSettings: strict),
        .target(
            name: "Recovery", dependencies: ["LinearAlgebra", "Probability", "Models", collections],
            swiftSettings: strict),
        .target(
            name: "Funding", dependencies: ["Probability", "Tables", "Specifications", "Recovery", collections],
            resources: [.embedInCode("Resources/netherlands.yaml")], swiftSettings: strict),
        .target(
            name: "Scenarios",
            dependencies: [
                "Parallelism", "LinearAlgebra", "Probability", "Tables", "Specifications", "Transitions", "Models",
                "Recovery", "Funding", collections,
            ],
            swiftSettings: optimised),
        .target(
            name: "Runs",
            dependencies: [
                "Parallelism", "LinearAlgebra", "Probability", "Tables", "Transitions", "Models", "Recovery",
                "Specifications", "Funding", "Scenarios", crypto,
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "herstel",
            dependencies: [
                "Parallelism", "LinearAlgebra", "Tables", "Specifications", "Transitions", "Models", "Synthesis",
                "Recovery", "Funding",
                "Scenarios", "Runs", argumentParser, logging,
            ],
            swiftSettings: strict),
        .target(
            name: "Quality", dependencies: ["Probability"], path: "Benchmarks/quality", swiftSettings: strict),
        .executableTarget(
            name: "montecarlo-benchmark", dependencies: ["Parallelism", "Probability", "Quality"],
            path: "Benchmarks/montecarlo",
            exclude: ["run.sh"], swiftSettings: strict),
        .executableTarget(
            name: "survey-benchmark", dependencies: ["Parallelism", "Surveys"], path: "Benchmarks/surveys",
            exclude: ["counts.py", "peer.R", "run.sh"], swiftSettings: strict),
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
        .testTarget(
            name: "LinearAlgebraTests", dependencies: ["LinearAlgebra", "Parallelism", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "ProbabilityTests", dependencies: ["Probability", "Quality", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "TablesTests", dependencies: ["Tables", "Parallelism", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "DisclosureTests", dependencies: ["Disclosure", "TestSupport"], swiftSettings: optimised),
        .testTarget(
            name: "SpecificationsTests", dependencies: ["Specifications", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "SurveysTests", dependencies: ["Surveys", "LinearAlgebra", "Probability", "Tables", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "TransitionsTests",
            dependencies: ["Transitions", "LinearAlgebra", "Probability", "Tables", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "ModelsTests",
            dependencies: ["Models", "Transitions", "LinearAlgebra", "Tables", "TestSupport", numerics],
            swiftSettings: strict),
        .testTarget(
            name: "SynthesisTests", dependencies: ["Synthesis", "Probability", "Models", "Tables", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "RecoveryTests", dependencies: ["Recovery", "LinearAlgebra", "Models", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "FundingTests", dependencies: ["Funding", "Recovery", "Specifications", "Tables", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "ScenariosTests",
            dependencies: [
                "Parallelism", "Probability", "Specifications", "Scenarios", "Funding", "Transitions", "Models",
                "Recovery", "TestSupport",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "RunsTests",
            dependencies: [
                "Disclosure", "Funding", "Models", "Recovery", "Runs", "Scenarios", "Specifications", "TestSupport",
            ],
            swiftSettings: strict),
        .testTarget(name: "CommandTests", dependencies: ["herstel", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "SlurmTests", dependencies: ["herstel", "Runs", "Specifications", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "Peers",
            dependencies: [
                "herstel", "LinearAlgebra", "Models", "Recovery", "Surveys", "Tables", "TestSupport", "Transitions",
            ],
            exclude: ["R"],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
