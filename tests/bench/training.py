"""One epoch of the same U-Net on the same pictures in PyTorch, started by training.sh, which says what is compared.

python training.py DATA SIZE BATCH STEPS THREADS
DATA is a folder of patient folders with X.tif (or .png) and X_mask.tif. Pictures are decoded once and kept, as ours are;
each step draws a rotation, a scale and a flip for every slice, resamples picture and mask, and takes one Adam step on
cross-entropy plus soft Dice. Prints "torch_epoch_secs S steps N slices_per_sec R peak_mb M".
"""
import pathlib
import random
import resource
import sys
import time

import numpy
import torch
from PIL import Image
from torch.nn import functional as F

from peers import nets


def pictures(data):
    for mask in sorted(pathlib.Path(data).rglob("*_mask.*")):
        image = mask.with_name(mask.name.replace("_mask", ""))
        if image.exists():
            picture = numpy.asarray(Image.open(image).convert("RGB"), dtype=numpy.float32)
            yield image.parent.name, picture, numpy.asarray(Image.open(mask).convert("L")) > 127


def prepared(data):
    """Each patient's slices scaled between the 10th and 99th percentile and standardized, as float tensors."""
    patients = {}
    for patient, picture, mask in pictures(data):
        patients.setdefault(patient, []).append((picture, mask))
    for slices in patients.values():
        stack = numpy.stack([picture for picture, _ in slices])
        low, high = numpy.percentile(stack, [10, 99], axis=(0, 1, 2))
        scaled = numpy.clip((stack - low) / numpy.maximum(high - low, 1e-6), 0, 1)
        scaled = (scaled - scaled.mean((0, 1, 2))) / (scaled.std((0, 1, 2)) + 1e-6)
        for picture, (_, mask) in zip(scaled, slices):
            yield torch.from_numpy(picture.transpose(2, 0, 1).copy()), torch.from_numpy(mask[None].astype(numpy.float32))


class Slices(torch.utils.data.Dataset):
    def __init__(self, slices, size, count):
        self.slices, self.size, self.count = slices, size, count

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        image, mask = self.slices[index % len(self.slices)]
        angle, scale = torch.tensor(random.uniform(-0.26, 0.26)), random.uniform(0.9, 1.1)
        flip = random.choice((-1.0, 1.0))
        cos, sin = torch.cos(angle) * scale, torch.sin(angle) * scale
        matrix = torch.tensor([[[flip * cos, -sin, 0.0], [flip * sin, cos, 0.0]]])
        grid = F.affine_grid(matrix, (1, 1, self.size, self.size), align_corners=False)
        turn = lambda x, mode: F.grid_sample(x[None], grid, mode=mode, padding_mode="border", align_corners=False)[0]
        return turn(image, "bilinear"), turn(mask, "nearest")


def main():
    data, size, batch, steps, threads = sys.argv[1], *map(int, sys.argv[2:6])
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    random.seed(1)
    loader = torch.utils.data.DataLoader(Slices(list(prepared(data)), size, steps * batch), batch, drop_last=True)
    net = nets()["unet16"]()
    net.train()
    adam = torch.optim.Adam(net.parameters(), 1e-3)
    start, done = time.perf_counter(), 0
    for images, masks in loader:
        logits = net(images)
        share = torch.sigmoid(logits)
        dice = 1 - (2 * (share * masks).sum() + 1) / (share.sum() + masks.sum() + 1)
        loss = F.binary_cross_entropy_with_logits(logits, masks) + dice
        adam.zero_grad(set_to_none=True)
        loss.backward()
        adam.step()
        done += len(images)
    secs = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    print(f"torch_epoch_secs {secs:.2f} steps {steps} slices_per_sec {done / secs:.1f} peak_mb {peak:.0f}")


main()
