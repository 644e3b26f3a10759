"""The program's nets in PyTorch, and one timed task a process, as tests/bench/ops.rs does it for ours.

python peers.py NET infer-onnx|infer-openvino|infer-ncnn|infer-torch|train|export BATCH SIZE REPEATS THREADS SCRATCH
Prints "median_ms peak_mb" (export prints nothing and writes SCRATCH/NET.onnx and, where pnnx is there, SCRATCH/NET.ncnn.param).
"""
import pathlib
import resource
import sys
import time


def nets():
    import torch
    from torch import nn
    from torch.nn import functional as F

    def conv_norm(inputs, outputs, size, stride=1, padding=0, relu=True):
        layers = [nn.Conv2d(inputs, outputs, size, stride, padding, bias=False), nn.BatchNorm2d(outputs)]
        return nn.Sequential(*layers, *([nn.ReLU(inplace=True)] if relu else []))

    class UNet(nn.Module):
        def __init__(self, width):
            super().__init__()
            self.encoders, self.ups, self.decoders = nn.ModuleList(), nn.ModuleList(), nn.ModuleList()
            inputs = 3
            for level in range(5):
                outputs = width << level
                self.encoders.append(nn.Sequential(conv_norm(inputs, outputs, 3, 1, 1), conv_norm(outputs, outputs, 3, 1, 1)))
                inputs = outputs
            for level in range(3, -1, -1):
                outputs = width << level
                self.ups.append(nn.ConvTranspose2d(2 * outputs, outputs, 2, 2))
                self.decoders.append(nn.Sequential(conv_norm(2 * outputs, outputs, 3, 1, 1), conv_norm(outputs, outputs, 3, 1, 1)))
            self.output = nn.Conv2d(width, 1, 1)

        def forward(self, x):
            skips = []
            for level, encoder in enumerate(self.encoders):
                x = encoder(x)
                if level < 4:
                    skips.append(x)
                    x = F.max_pool2d(x, 2)
            for up, decoder in zip(self.ups, self.decoders):
                x = decoder(torch.cat([up(x), skips.pop()], 1))
            return self.output(x)

    class Bottleneck(nn.Module):
        def __init__(self, inputs, width, stride, is_first):
            super().__init__()
            self.path = nn.Sequential(
                conv_norm(inputs, width, 1), conv_norm(width, width, 3, stride, 1), conv_norm(width, 4 * width, 1, relu=False)
            )
            self.around = conv_norm(inputs, 4 * width, 1, stride, relu=False) if is_first else nn.Identity()

        def forward(self, x):
            return F.relu(self.path(x) + self.around(x))

    class Classifier(nn.Module):
        def __init__(self, layers, features):
            super().__init__()
            stem = [conv_norm(3, 64, 7, 2, 3), nn.MaxPool2d(3, 2, 1)]
            self.features, self.head = nn.Sequential(*stem, *layers), nn.Linear(features, 1)

        def forward(self, x):
            return self.head(self.features(x).mean((2, 3)))

    class DenseLayer(nn.Module):
        def __init__(self, inputs):
            super().__init__()
            self.norm, self.reduce = nn.BatchNorm2d(inputs), conv_norm(inputs, 128, 1)
            self.grow = nn.Conv2d(128, 32, 3, 1, 1, bias=False)

        def forward(self, x):
            return torch.cat([x, self.grow(self.reduce(F.relu(self.norm(x))))], 1)

    def resnet():
        layers, inputs = [], 64
        for stage, (width, count) in enumerate([(64, 3), (128, 4), (256, 6), (512, 3)]):
            for block in range(count):
                layers.append(Bottleneck(inputs, width, 2 if stage and not block else 1, not block))
                inputs = 4 * width
        return Classifier(layers, inputs)

    def densenet():
        layers, channels = [], 64
        for block, count in enumerate([6, 12, 24, 16]):
            for _ in range(count):
                layers.append(DenseLayer(channels))
                channels += 32
            layers += [nn.BatchNorm2d(channels), nn.ReLU()]
            if block < 3:
                # As ours: the mean before the 1x1 convolution, which gives the same with a quarter of the products.
                layers += [nn.AvgPool2d(2), nn.Conv2d(channels, channels // 2, 1, bias=False)]
                channels //= 2
        return Classifier(layers, channels)

    return {"unet16": lambda: UNet(16), "unet32": lambda: UNet(32), "resnet50": resnet, "densenet121": densenet}


def repeat(repeats, work):
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1e3)
    print(f"{sorted(times)[len(times) // 2]:.1f} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6:.0f}")


def main():
    name, task, batch, size, repeats, threads = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:7])
    path = pathlib.Path(sys.argv[7]) / f"{name}.onnx"
    if task == "infer-onnx":
        import numpy
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        x = numpy.random.default_rng(1).random((batch, 3, size, size), dtype=numpy.float32)
        return repeat(repeats, lambda: session.run(None, {"x": x}))

    if task == "infer-openvino":
        import numpy
        import openvino

        core = openvino.Core()
        core.set_property("CPU", {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY"})
        model = core.read_model(str(path))
        model.reshape([batch, 3, size, size])
        # f32 as all others: the plugin would take bf16 by itself where the processor has it.
        request = core.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"}).create_infer_request()
        x = numpy.random.default_rng(1).random((batch, 3, size, size), dtype=numpy.float32)
        return repeat(repeats, lambda: request.infer({"x": x}))
    if task == "infer-ncnn":
        import ncnn
        import numpy

        net = ncnn.Net()
        net.opt.num_threads = threads
        net.opt.use_fp16_packed = net.opt.use_fp16_storage = net.opt.use_fp16_arithmetic = False
        net.load_param(str(path.with_suffix(".ncnn.param")))
        net.load_model(str(path.with_suffix(".ncnn.bin")))
        images = [ncnn.Mat(image) for image in numpy.random.default_rng(1).random((batch, 3, size, size), dtype=numpy.float32)]

        def run():
            # It knows no batches.
            for image in images:
                extractor = net.create_extractor()
                extractor.input("in0", image)
                extractor.extract("out0")

        return repeat(repeats, run)

    import torch
    from torch.nn import functional as F

    torch.set_num_threads(threads)
    torch.manual_seed(1)
    net, x = nets()[name](), torch.rand(batch, 3, size, size)
    if task == "export":
        axes = {"x": {0: "batch", 2: "height", 3: "width"}, "y": {0: "batch"}}
        torch.onnx.export(net.eval(), x, str(path), dynamo=False, input_names=["x"], output_names=["y"], dynamic_axes=axes)
        try:
            import pnnx
        except ImportError:
            return None
        pnnx.export(net.eval(), str(path.with_suffix(".pt")), x[:1], fp16=False)
        return None
    # PyTorch's best on a CPU.
    net, x = net.to(memory_format=torch.channels_last), x.contiguous(memory_format=torch.channels_last)
    if task == "infer-torch":
        net.eval()
        with torch.inference_mode():
            return repeat(repeats, lambda: net(x))

    net.train()
    optimizer = torch.optim.AdamW(net.parameters(), 1e-4)
    is_unet = name.startswith("unet")
    target = torch.rand(batch, 1, size, size) if is_unet else torch.rand(batch, 1)

    def step():
        logits = net(x)
        loss = F.binary_cross_entropy_with_logits(logits, target)
        if is_unet:
            p = torch.sigmoid(logits)
            loss = loss + 1 - (2 * (p * target).sum() + 1) / (p.sum() + target.sum() + 1)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()

    return repeat(repeats, step)


if __name__ == "__main__":
    main()
