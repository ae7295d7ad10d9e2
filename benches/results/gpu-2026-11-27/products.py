# What cuBLAS makes of the products of a training step (torch), for the ceiling beside kernelbench.
import torch, time
torch.backends.cuda.matmul.allow_tf32 = True
shapes = [("forward 768x768",1,4096,768,768),("dW of 768x768",1,768,768,4096),("forward qkv",1,4096,2304,768),("forward ffn in",1,4096,3072,768),("forward ffn out",1,4096,768,3072),("dW of ffn",1,768,3072,4096),("scores QK'",384,128,128,64),("context PV",384,128,64,128),("study: forward 768x768",1,1024,768,768),("study: forward qkv",1,1024,2304,768),("study: forward ffn in",1,1024,3072,768),("study: forward ffn out",1,1024,768,3072),("study: dW of ffn",1,768,3072,1024)]
for dt in (torch.bfloat16, torch.float32):
    for name,b,m,n,k in shapes:
        a=torch.randn(b,m,k,device="cuda",dtype=dt); w=torch.randn(b,k,n,device="cuda",dtype=dt)
        for _ in range(5): c=torch.bmm(a,w)
        torch.cuda.synchronize(); s=torch.cuda.Event(enable_timing=True); e=torch.cuda.Event(enable_timing=True)
        s.record()
        for _ in range(50): torch.bmm(a,w,out=c)
        e.record(); torch.cuda.synchronize(); us=s.elapsed_time(e)/50*1e3
        print(f"{str(dt)[6:]}\t{name}\t{b}x{m}x{n}x{k}\ttorch\t{us:.1f} us\t{2*b*m*n*k/us/1e6:.1f} TFLOP/s", flush=True)
x=torch.randn(4096,3072,device="cuda")
for f,name in ((lambda: x.sum(0),"column sums 4096x3072 f32"),(lambda: torch.nn.functional.layer_norm(x,(3072,)),"layer_norm 4096x3072 f32"),(lambda: torch.nn.functional.gelu(x),"gelu 4096x3072 f32"),(lambda: x+x,"add 4096x3072 f32")):
    for _ in range(5): f()
    torch.cuda.synchronize(); s=torch.cuda.Event(enable_timing=True); e=torch.cuda.Event(enable_timing=True); s.record()
    for _ in range(50): f()
    e.record(); torch.cuda.synchronize(); print(f"{name}\ttorch\t{s.elapsed_time(e)/50*1e3:.1f} us", flush=True)
